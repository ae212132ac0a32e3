"""Where threads and posts stand."""


def thread_path(thread_id: int) -> str:
    return f"/beteiligung/gespraech/{thread_id}"


def post_path(post_id: int) -> str:
    """The permalink: leads to the post's place in its thread."""
    return f"/beteiligung/beitrag/{post_id}"
