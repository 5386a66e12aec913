"""Everything that changes an initiative, its milestones, its money or its status updates."""
