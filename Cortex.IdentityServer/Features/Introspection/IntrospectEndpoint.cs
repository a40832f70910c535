using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>Tells a service whether what somebody gave it is good (RFC 7662).</summary>
internal static class IntrospectEndpoint
{
    private static readonly IntrospectResponse Inactive = new() { Active = false };

    /// <summary>Introspect an access token or an API key</summary>
    /// <remarks>
    /// RFC 7662, as a form (<c>token=…</c>) or as JSON. For an API key with the scope <c>introspect</c>, or an administrator with a second factor. Unknown
    /// keys cost a query each: beyond the limit <c>unknown_keys</c> of the calling address the answer is 429.
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

    /// <summary>Reads by hand, as no parameter binds to either media type, and so what can't be read is thrown here and not by the framework.</summary>
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
            return ("", (Problems.MalformedRequest with { Detail = "The body is not a valid form." }).ToProblem());
        }
    }

    private static async Task<(string Token, Problem? Problem)> ReadAsync(HttpRequest request)
    {
        string token;
        if (request.HasFormContentType)
        {
            // RFC 6749 section 3.2 refuses a parameter that comes twice, and an unknown one is ignored (RFC 7662 section 2.1).
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
