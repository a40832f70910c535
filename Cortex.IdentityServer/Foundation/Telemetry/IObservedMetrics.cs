using System.Diagnostics.Metrics;

namespace Cortex.IdentityServer.Foundation.Telemetry;

/// <summary>Metrics whose values are read from services when they are collected, so that requests pay nothing for them.</summary>
internal interface IObservedMetrics
{
    /// <summary>Adds the instruments. Called once, when the server starts, and only if metrics are collected.</summary>
    void AddTo(Meter meter);
}
