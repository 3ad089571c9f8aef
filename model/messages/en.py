"""What is said in English: a sentence for each code, with str.format's {names} for its values.

A code is `area.what`; the areas stand in the order of the code that uses them.
"""

__all__ = ["SENTENCES"]

SENTENCES: dict[str, str] = {
    # app/errors.py, app/main.py, app/routes/health.py: the service itself
    "http.no_such_path": (
        "There is nothing at {path}. The page /docs lists every path of this service."
    ),
    "http.other": "{detail}",
    "http.other_method": "{path} does not take {method}; it takes {allowed}.",
    "http.store_away": "The store cannot be reached just now. Try again in a moment.",
    "http.store_unreachable": "The store cannot be reached. Is its database running?",
    "http.unexpected": (
        "The server met an error of its own. Its log holds the cause under this request id."
    ),
    # app/security.py: who may call, how often and with how much
    "security.body_grows": (
        "A request may have {most:,} bytes, found more. Send a smaller image, or fewer at a time."
    ),
    "security.body_size": (
        "A request may have {most:,} bytes, found {found:,}. "
        "Send a smaller image, or fewer at a time."
    ),
    "security.key_needed": (
        "This call needs the API key: send 'Authorization: Bearer KEY' or 'X-API-Key: KEY'."
    ),
    "security.rate_limit": (
        "{limit} are allowed to one address. Wait as long as Retry-After says."
    ),
    "security.slow_body": ("The body did not arrive within {seconds:.0f} seconds. Send it again."),
    "security.wrong_key": "The API key is not the one this server was started with.",
    "model.not_found": "There is no model {id!r}. GET /models lists them.",
    # app/errors.py and app/routes/: what a request says
    "request.accept": "Accept: this path offers {offers}, found {found}.",
    "request.and": " and ",
    "request.batch_bytes": (
        "A batch is n x {pixels} bytes, one for each pixel, found {found:,} bytes."
    ),
    "request.blank": "The image is blank: all pixels are 0. Draw a digit in it.",
    "request.booleans": "pixels: expected numbers from 0 to 255, found true or false.",
    "request.choice": "{name}: expected {choices}, found {found!r}.",
    "request.event_id": "expected the id of an event, a whole number, found {found!r}",
    "request.field_found": "{message}, found {found}",
    "request.fields": "{fields}.",
    "request.flag": "{name}: expected true or false, found {found!r}.",
    "request.form_boundary": (
        "The Content-Type names no boundary between the form's parts. "
        "Let the HTTP client set this header: curl -F does."
    ),
    "request.form_damaged": (
        "The form is damaged: its end or a part's name is missing, "
        "or it has more than {most} parts."
    ),
    "request.form_text": "The form field {name!r} is not UTF-8 text.",
    "request.how_many": "{name}: expected up to {most} numbers, found {found}.",
    "request.image_count": "{count}",
    "request.image_no_number": "something that is no number",
    "request.image_nth": "Image {index}",
    "request.image_numbers": (
        "{image} has {pixels} numbers (or 28 rows of 28) from 0 to 255, found {found}."
    ),
    "request.image_one": "An image",
    "request.image_ragged": "rows of different lengths",
    "request.image_shape": "the shape {shape}",
    "request.image_value": "{value} at place {place}",
    "request.images_list": "pixels: expected a list of images, each of {pixels} numbers.",
    "request.json_object": (
        'Expected a JSON object such as {{"pixels": […]}}, found another value.'
    ),
    "request.label": "label: expected a digit from 0 to 9, found {found}.",
    "request.labels_count": ("Each image needs a label: found {images} images, {labels} labels."),
    "request.labels_list": "labels: expected a list of digits, one for each image.",
    "request.last_event_id": "Last-Event-ID: {message}.",
    "request.media_type": "Content-Type: expected {expected}, found {found}.",
    "request.missing_field": "The field {name!r} is missing.",
    "request.model_name": "name: expected up to {most} printable characters, found {found}.",
    "request.no_image": (
        "The form has no part named 'image'. Send one: curl -F image=@digit.png …"
    ),
    "request.no_label": ("The form has no field 'label'. Send the right digit: curl -F label=7 …"),
    "request.no_weights": (
        "The form has no part named 'weights'. Send one: curl -F weights=@model.npz …"
    ),
    "request.none": "none",
    "request.not_json": "The body is not JSON: {error}.",
    "request.or": " or ",
    "request.positive": "{name}: expected a number above 0, up to {most:g}, found {found!r}.",
    "request.send_json": "Send the body as JSON, with Content-Type: application/json.",
    "request.send_weights": (
        "Content-Type: expected {expected}, found {found}. "
        "Send the file so: curl -F weights=@model.npz -F name=…"
    ),
}
