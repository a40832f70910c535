using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>Accounts of another system, many at a time.</summary>
internal static class ImportEndpoint
{
    /// <summary>Import users</summary>
    /// <remarks>
    /// One account per line, as JSON, up to 100,000 lines of up to 4 KiB. Each line gets its result, in the order of the lines, while later lines are still
    /// being read; a bad line fails alone. The last line of the answer is the `summary`, or the `error` that cut the import short; if there is neither, the
    /// connection broke. Accounts that were reported as `created` are kept in any case. An administrator who loses the role, the session or the account during
    /// the import imports no further lines. Existing accounts are never changed (`email_taken`), so an import can be sent again. No mails are sent: users
    /// without a hash reset their password.
    /// </remarks>
    internal static Results<ImportAnswer, Problem> ImportUsers(HttpRequest request, UserImporter importer, TimeProvider clock) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && Ndjson.Names.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase)
            ? new ImportAnswer(importer, clock)
            : (Problems.UnsupportedMediaType with { Detail = $"Send {string.Join(" or ", Ndjson.Names)} in UTF-8, not compressed." }).ToProblem();
}
