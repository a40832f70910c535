using Cortex.IdentityServer.Foundation.Data;

namespace Cortex.IdentityServer.Features.Usage.Removal;

/// <summary>Wakes this server's <see cref="DeletedAccounts"/> job when there is usage to remove.</summary>
internal sealed class RemovalSignal : WakeSignal;
