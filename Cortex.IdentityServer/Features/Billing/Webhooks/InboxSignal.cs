using Cortex.IdentityServer.Foundation.Data;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>Wakes this server's <see cref="EventWorker"/> when there is an event to work on.</summary>
internal sealed class InboxSignal : WakeSignal;
