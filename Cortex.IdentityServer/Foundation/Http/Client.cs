using System.Net;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Where a request comes from, for what is decided or remembered by it.</summary>
/// <param name="Ip">The client's address.</param>
/// <param name="UserAgent">What it says it is: bounded, and without what a terminal or a log would obey.</param>
/// <param name="RequestId">The request's name in logs.</param>
/// <param name="NoteLimit">Tells it what is left of a limit.</param>
internal sealed record Client(IPAddress? Ip, string? UserAgent, string RequestId, Action<RateDecision> NoteLimit)
{
    public const int UserAgentLength = 512;

    /// <summary>Who works at the server itself: the command line.</summary>
    public static Client Operator { get; } = new(Ip: null, "command line", RequestId: "", _ => { }) { IsOperator = true };

    /// <summary>Who acts, where it isn't the owner of the account that it is about.</summary>
    public Guid? Administrator { get; private init; }

    private bool IsOperator { get; init; }

    /// <summary>Whom limits and devices count it as.</summary>
    public string Network => ClientNetwork.Of(Ip);

    public static Client Of(HttpContext http) =>
        new(http.ClientIp(), Printable(http.Request.Headers.UserAgent), http.TraceIdentifier, decision => RateLimitHeaders.Note(http, decision));

    /// <summary>Of a request that an administrator makes about others.</summary>
    public static Client OfAdministrator(HttpContext http) => Of(http) with { Administrator = http.User.UserId() };

    /// <summary>Who does what this client does to an account: its administrator, or the owner; null for the operator, who is nobody in the database.</summary>
    public Guid? ActorOn(Guid userId) => IsOperator ? null : Administrator ?? userId;

    private static string? Printable(string? userAgent) =>
        string.IsNullOrWhiteSpace(userAgent)
            ? null
            : new([.. userAgent.Take(UserAgentLength).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter)]);
}
