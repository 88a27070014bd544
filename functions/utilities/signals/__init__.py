"""What use says besides how much: a leak, a spike, no use, a flow backwards; and that somebody is alive."""
