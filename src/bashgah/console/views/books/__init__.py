"""The books' own pages: roots, the auditor's statement, liability, the journal, costs and accounts."""
