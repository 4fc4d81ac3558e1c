"""The printed protocol: a flow sheet, as SVG and as PDF."""
