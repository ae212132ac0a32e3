"""How this town moderates, for everybody: rules and their versions, who decides, figures."""
