namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>A cache of credentials whose use is shown in the metrics.</summary>
internal interface IObservedCache
{
    CacheCounts Counts { get; }
}
