namespace Cortex.IdentityServer.Identity.Events;

/// <summary>The limit on notices of one kind per account. Without it, an attacker who registers another person's address could flood that mailbox.</summary>
internal static class NoticeLimit
{
    /// <summary>The maximum number of notices of one kind within <see cref="Window"/>.</summary>
    public const int MaxNotices = 10;

    public static readonly TimeSpan Window = TimeSpan.FromHours(1);
}
