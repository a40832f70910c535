using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>An active session.</summary>
/// <param name="Id">The id for ending the session.</param>
/// <param name="CreatedAt">When the session started.</param>
/// <param name="LastUsedAt">When the session was last used or refreshed, to the minute.</param>
/// <param name="ExpiresAt">When the session expires if it isn't refreshed.</param>
/// <param name="Ip">The IP address that started the session.</param>
/// <param name="UserAgent">The user agent that started the session.</param>
/// <param name="IsCurrent">Whether this request belongs to the session.</param>
internal sealed record SessionResponse(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? Ip, string? UserAgent, bool IsCurrent)
    : IExample<SessionResponse>
{
    public static SessionResponse Example => new(
        ExampleValues.Id, ExampleValues.Time, ExampleValues.Time, ExampleValues.Time.AddDays(30), ExampleValues.Ip, ExampleValues.UserAgent, true);
}
