using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The route that imports the accounts of another system.</summary>
internal static class ImportEndpoint
{
    /// <summary>Import users</summary>
    /// <remarks>
    /// The body has one account per line, as JSON: up to 100,000 lines of up to 4 KiB each. The response has one result per line, in the same order, and starts
    /// while later lines are still being read; an invalid line doesn't affect the others. The last line of the response is the `summary`, or the `error` that
    /// cut the import short; if it has neither, the connection broke. Accounts that were reported as `created` are kept in any case. If the administrator loses
    /// the role, the session, or the account during the import, no further lines are imported. Existing accounts are never changed (`email_taken`), so an
    /// import can be repeated. No emails are sent; users without a password hash have to reset their password.
    /// </remarks>
    internal static Results<ImportStream, Problem> ImportUsers(HttpRequest request, UserImporter importer, TimeProvider clock) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && Ndjson.Names.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase)
            ? new ImportStream(importer, clock)
            : (Problems.UnsupportedMediaType with { Detail = $"Send {string.Join(" or ", Ndjson.Names)} in UTF-8, uncompressed." }).ToProblem();
}
