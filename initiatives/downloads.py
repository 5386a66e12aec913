"""Files of evidence as answers, of pages and of the API."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from initiatives.models import Evidence, EvidenceFile


def evidence_download(request: HttpRequest, evidence: Evidence) -> HttpResponseBase:
    """The file, to be saved and not shown: whatever its bytes are, no browser runs them in this site's name. Its ETag
    is their SHA-256; 304 to who has them."""
    etag = f'"{evidence.sha256}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        content = EvidenceFile.objects.values_list("content", flat=True).get(pk=evidence.sha256)
        answer = HttpResponse(bytes(content), content_type=evidence.media_type)
        saved = content_disposition_header(as_attachment=True, filename=evidence.file_name)
        answer["Content-Disposition"] = saved or "attachment"
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
