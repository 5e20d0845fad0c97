"""Forms that build parts of the program document: criteria, parameters of plug-ins, rules."""
