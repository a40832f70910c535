using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>A session that can still be used.</summary>
/// <param name="Id">Its id, for ending it.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="LastUsedAt">When it was last used or refreshed, to the minute.</param>
/// <param name="ExpiresAt">When it ends if it isn't refreshed.</param>
/// <param name="Ip">The IP address from which it was started.</param>
/// <param name="UserAgent">The user agent with which it was started.</param>
/// <param name="IsCurrent">Whether it is the session of this request.</param>
internal sealed record SessionResponse(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? Ip, string? UserAgent, bool IsCurrent)
    : IExample<SessionResponse>
{
    public static SessionResponse Example => new(
        ExampleValues.Id, ExampleValues.Time, ExampleValues.Time, ExampleValues.Time.AddDays(30), ExampleValues.Ip, ExampleValues.UserAgent, true);
}
