"use strict";
{% for part in ["carried", "core", "links", "words", "page"] %}
{% include "explorer/" ~ part ~ ".js" %}
{% endfor %}
