"""Which words spoke for a label: asked, shown, and put to the proof."""
