"""Tables whose columns have types, labels and code lists: what Parquet, Stata and SPSS files are made of."""
