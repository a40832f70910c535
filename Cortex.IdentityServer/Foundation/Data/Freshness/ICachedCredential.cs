namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>A cached credential.</summary>
internal interface ICachedCredential
{
    /// <summary>The credential's owner, whose changes invalidate it.</summary>
    Guid UserId { get; }

    /// <summary>The time until which the credential is valid.</summary>
    DateTimeOffset ValidUntil { get; }
}
