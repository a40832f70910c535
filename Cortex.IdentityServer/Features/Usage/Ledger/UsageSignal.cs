using Cortex.IdentityServer.Foundation.Data;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Wakes <see cref="UsageWriter"/>.</summary>
internal sealed class UsageSignal : WakeSignal;
