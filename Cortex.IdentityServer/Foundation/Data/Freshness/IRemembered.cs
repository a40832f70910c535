namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>What is remembered of a credential.</summary>
internal interface IRemembered
{
    /// <summary>Whose it is: a change of theirs makes it stale.</summary>
    Guid UserId { get; }

    /// <summary>From when on nothing of it is worth remembering.</summary>
    DateTimeOffset Until { get; }
}
