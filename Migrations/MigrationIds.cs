namespace Cortex.IdentityServer.Migrations;

/// <summary>The ids of all migrations, oldest first.</summary>
/// <remarks>This is a list because every startup needs it, and finding the IDs by reflection would load every type of the server. A test compares it.</remarks>
internal static class MigrationIds
{
    public static readonly string[] All =
    [
        "20261124154128_Initial",
        "20261124171852_LimitsAndChangeNotices",
        "20261126185425_MailsTokensAndAudit",
        "20261126192159_Passkeys",
        "20261126213552_Administration",
        "20261128143748_Portability",
        "20261128144717_OneAccountPerAddress",
        "20261128154241_GuessingLimits",
        "20261129065626_AuditMonthLock",
        "20261129082755_Usage",
        "20261129085549_Tombstones",
        "20261129093126_UsageMonths",
        "20261129153000_Billing",
    ];
}
