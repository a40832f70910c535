using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>The route that tells a service whether a token or API key is valid (RFC 7662).</summary>
internal static class IntrospectEndpoint
{
    private static readonly IntrospectResponse Inactive = new() { Active = false };

    /// <summary>Introspect an access token or an API key</summary>
    /// <remarks>
    /// Implements RFC 7662, with the token as a form field (<c>token=…</c>) or as JSON. The caller is an API key with the scope <c>introspect</c>, or an
    /// administrator with a second factor. Each unknown key costs a database query, so beyond the limit <c>unknown_keys</c> per calling address, requests fail
    /// with 429.
    /// </remarks>
    internal static async Task<Results<Ok<IntrospectResponse>, Problem>> Introspect(HttpContext http, TokenInspector inspector)
    {
        var (token, problem) = await TryReadAsync(http.Request);
        if (problem is not null)
        {
            return problem;
        }

        var (answer, refusal) = await inspector.InspectAsync(token, http);
        return refusal is null ? TypedResults.Ok(answer ?? Inactive) : refusal.ToProblem();
    }

    /// <summary>
    /// Reads the body explicitly, because no parameter binds to both media types. Malformed bodies therefore throw here and not in the framework.
    /// </summary>
    private static async Task<(string Token, Problem? Problem)> TryReadAsync(HttpRequest request)
    {
        try
        {
            return await ReadAsync(request);
        }
        catch (JsonException failure)
        {
            return ("", StrictJson.Explain(failure).ToProblem());
        }
        catch (InvalidDataException)
        {
            return ("", (Problems.MalformedRequest with { Detail = "The body isn't a valid form." }).ToProblem());
        }
    }

    private static async Task<(string Token, Problem? Problem)> ReadAsync(HttpRequest request)
    {
        string token;
        if (request.HasFormContentType)
        {
            // RFC 6749 section 3.2 rejects repeated parameters; unknown ones are ignored (RFC 7662 section 2.1).
            var values = (await request.ReadFormAsync(request.HttpContext.RequestAborted))["token"];
            token = values.Count == 1 ? values.ToString() : "";
        }
        else if (request.HasJsonContentType())
        {
            token = (await request.ReadFromJsonAsync<IntrospectRequest>(request.HttpContext.RequestAborted))?.Token ?? "";
        }
        else
        {
            return ("", (Problems.UnsupportedMediaType with { Detail = "Send application/x-www-form-urlencoded or application/json." }).ToProblem());
        }

        return token.Length == 0 ? ("", Refusal.Invalid("token", "must be sent exactly once").ToProblem()) : (token, null);
    }
}
