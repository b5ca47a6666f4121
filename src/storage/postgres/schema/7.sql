-- The command that the process of a sender runs, such as work; none from a program that does not know this step.
ALTER TABLE sender ADD COLUMN command text;
