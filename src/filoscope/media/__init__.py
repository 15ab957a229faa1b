"""Frames and samples in and out of files: the one place that knows FFmpeg."""
