CREATE TABLE $table (
    id bigint PRIMARY KEY,
    name text NOT NULL UNIQUE
);
