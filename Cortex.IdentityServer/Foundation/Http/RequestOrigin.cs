using System.Net;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Where a request comes from: what limits count it by, and what the audit log and the session list say about it.</summary>
/// <param name="Ip">The client's IP address; null for the command line.</param>
/// <param name="UserAgent">The <c>User-Agent</c> header: at most <see cref="UserAgentLength"/> characters, and no control characters.</param>
/// <param name="RequestId">The request's name in the log; empty for the command line.</param>
internal sealed record RequestOrigin(IPAddress? Ip, string? UserAgent, string RequestId)
{
    public const int UserAgentLength = 512;

    /// <summary>Somebody who works at the server itself: the command line.</summary>
    public static RequestOrigin Operator { get; } = new(Ip: null, "command line", RequestId: "") { IsOperator = true };

    /// <summary>The administrator who acts on somebody else's account; null where the owner acts.</summary>
    public Guid? Administrator { get; init; }

    private bool IsOperator { get; init; }

    /// <summary>The network that limits and known devices count this request by.</summary>
    public string Network => ClientNetwork.Of(Ip);

    /// <summary>Who changes the account: its administrator, or its owner; null for the operator, who has no row in the database.</summary>
    public Guid? ActorOn(Guid userId) => IsOperator ? null : Administrator ?? userId;
}
