"""Find past answers: a port, two embedded engines, one recipe. Knows no domain; documents come to it ready-made."""
