"""The container image that submissions run in: how it is built and whether it is up to date."""

from autograder.image.build import ImageInfo, Variant, build_image, find_image

__all__ = ["ImageInfo", "Variant", "build_image", "find_image"]
