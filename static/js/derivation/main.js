import "../ui/theme.js";
