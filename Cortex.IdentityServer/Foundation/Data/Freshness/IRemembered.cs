namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>A cached credential.</summary>
internal interface IRemembered
{
    /// <summary>The credential's owner, whose changes invalidate it.</summary>
    Guid UserId { get; }

    /// <summary>When the entry expires.</summary>
    DateTimeOffset Until { get; }
}
