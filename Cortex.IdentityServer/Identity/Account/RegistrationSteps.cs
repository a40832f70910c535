using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Mail;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>What a registration needs to do its part of the work of others.</summary>
internal sealed record RegistrationSteps(EmailVerification Verification, Outbox Outbox, LoginOptions Options);
