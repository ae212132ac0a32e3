"""Everything an editor does to the definition of a survey, and what it is told meanwhile. Pure."""
