"""The programs: flags to a call, nothing else."""
