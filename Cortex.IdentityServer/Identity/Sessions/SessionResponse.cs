using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>An active session.</summary>
/// <param name="Id">The id for ending the session.</param>
/// <param name="CreatedAt">When the session started.</param>
/// <param name="LastUsedAt">When the session was last used or refreshed, to the minute.</param>
/// <param name="ExpiresAt">When the session expires if it isn't refreshed.</param>
/// <param name="Ip">The IP address that started the session.</param>
/// <param name="UserAgent">The user agent that started the session.</param>
/// <param name="Device">The program and system that the user agent names, such as <c>Chrome on Windows</c>; null if they aren't known.</param>
/// <param name="IsCurrent">Whether this request belongs to the session.</param>
internal sealed record SessionResponse(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? Ip, string? UserAgent, string? Device,
    bool IsCurrent)
    : IExample<SessionResponse>
{
    public static SessionResponse Example => new(
        ExampleValues.Id, ExampleValues.Time, ExampleValues.Time, ExampleValues.Time.AddDays(30), ExampleValues.Ip, ExampleValues.UserAgent,
        ExampleValues.Device, true);

    public static IReadOnlyList<SessionResponse> ListOf(IEnumerable<Session> sessions, Guid current) => [.. sessions.Select(session => new SessionResponse(
        session.Id, session.CreatedAt, session.LastActiveAt, session.RefreshExpiresAt, session.Ip?.ToString(), session.UserAgent,
        DeviceName.Of(session.UserAgent), session.Id == current))];
}
