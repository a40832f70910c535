using Cortex.IdentityServer.Foundation.Data;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Wakes this server's email sender when there is something to send.</summary>
internal sealed class MailSignal : WakeSignal;
