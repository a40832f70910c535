using System.Net;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The origin of a request, for rate limits, audit events, and the list of sessions.</summary>
/// <param name="Ip">The client's IP address; null for the command line.</param>
/// <param name="UserAgent">The <c>User-Agent</c> header, truncated to <see cref="UserAgentLength"/> characters and without control characters.</param>
/// <param name="RequestId">The request's id in the log, or an empty string for the command line.</param>
internal sealed record RequestOrigin(IPAddress? Ip, string? UserAgent, string RequestId)
{
    public const int UserAgentLength = 512;

    /// <summary>The origin of commands that an operator runs on the server itself.</summary>
    public static RequestOrigin Operator { get; } = new(Ip: null, "command line", RequestId: "") { HasNoActor = true };

    /// <summary>The origin of what the server does by itself, such as working on the events of the payment provider.</summary>
    public static RequestOrigin Server { get; } = new(Ip: null, UserAgent: null, RequestId: "") { HasNoActor = true };

    /// <summary>The administrator who acts on another user's account, or null if the owner acts.</summary>
    public Guid? Administrator { get; init; }

    private bool HasNoActor { get; init; }

    /// <summary>The network by which rate limits and known devices identify the client.</summary>
    public string Network => ClientNetwork.Of(Ip);

    /// <summary>
    /// Returns the user who changes the account: the administrator or the owner. Returns null for the operator and the server, who have no account.
    /// </summary>
    public Guid? ActorOn(Guid userId) => HasNoActor ? null : Administrator ?? userId;
}
