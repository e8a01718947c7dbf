"""What the state does: formulas made of components, appropriations, and payments stage by stage."""
