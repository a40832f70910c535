namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Reads the <see cref="RequestOrigin"/> of a request.</summary>
internal static class RequestOriginExtensions
{
    public static RequestOrigin Origin(this HttpContext http) => new(http.ClientIp(), Printable(http.Request.Headers.UserAgent), http.TraceIdentifier);

    /// <summary>Returns the origin of an administrator's request about another user's account.</summary>
    public static RequestOrigin AdministratorOrigin(this HttpContext http) => http.Origin() with { Administrator = http.User.UserId() };

    private static string? Printable(string? userAgent) =>
        string.IsNullOrWhiteSpace(userAgent) ? null : PrintableText.Of(userAgent, RequestOrigin.UserAgentLength);
}
