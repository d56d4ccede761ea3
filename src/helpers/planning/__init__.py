"""What a profile costs, told before anything is computed: work, time, memory."""
