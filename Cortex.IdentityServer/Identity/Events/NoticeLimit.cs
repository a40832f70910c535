namespace Cortex.IdentityServer.Identity.Events;

/// <summary>
/// How many notices of one kind an account gets: somebody who has registered another person's address must not be able to flood that mailbox.
/// </summary>
internal static class NoticeLimit
{
    /// <summary>Notices of one kind within <see cref="Window"/>.</summary>
    public const int MaxNotices = 10;

    public static readonly TimeSpan Window = TimeSpan.FromHours(1);
}
