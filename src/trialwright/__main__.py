"""`python -m trialwright` is the command `trialwright`."""

from trialwright.cli import main

if __name__ == "__main__":
    main()
