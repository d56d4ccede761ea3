"""What a profile costs, told before anything is computed: counts times throughput."""
