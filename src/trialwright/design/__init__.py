"""What the design can show, worked out with the study's own definition: virtual cohorts."""
