"""Sliders for a bill: its knobs, the bill simulated over all of them, and an emulator of what came out."""
