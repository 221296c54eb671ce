"""Pages of playbooks on the desk."""
