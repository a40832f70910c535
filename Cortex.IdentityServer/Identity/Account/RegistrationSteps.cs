using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Mail;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The services on which a registration depends beyond creating the account.</summary>
internal sealed record RegistrationSteps(EmailVerification Verification, Outbox Outbox, LoginOptions Options);
