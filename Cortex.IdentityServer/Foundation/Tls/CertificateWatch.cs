namespace Cortex.IdentityServer.Foundation.Tls;

/// <summary>Takes renewed certificates without a restart, and warns before the certificate expires.</summary>
/// <remarks>
/// It compares the content of the files instead of waiting for notifications from the file system, which a mounted secret (a replaced link to a folder), a
/// network file system, or a file that is renamed may not cause.
/// </remarks>
internal sealed partial class CertificateWatch(
    TlsOptions options, PemFiles loaded, ServerCertificate certificate, TimeProvider clock, ILogger<CertificateWatch> logger) : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ReminderInterval = TimeSpan.FromDays(1);
    private static readonly TimeSpan MaxWarningTime = TimeSpan.FromDays(14);

    private PemFiles _lastSeen = loaded;
    private PemFiles _lastLoaded = loaded;
    private DateTimeOffset _nextReminder;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (certificate.Current is { } first)
        {
            Log.Serving(logger, first.Names, first.SerialNumber, first.NotAfter);
        }

        // The files are polled in real time, because no business rule depends on the interval.
        using var timer = new PeriodicTimer(PollInterval);
        do
        {
            Poll();
            RemindOfExpiry();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Loads files that have changed and then stayed the same for a poll, so that nothing is read while it is being written.</summary>
    private void Poll()
    {
        var files = PemFiles.Read(options);
        var isStable = files.HasSameContentAs(_lastSeen);
        _lastSeen = files;
        if (!isStable || files.HasSameContentAs(_lastLoaded))
        {
            return;
        }

        _lastLoaded = files;
        switch (TlsCertificate.Load(files))
        {
            case CertificateResult.Loaded { Certificate: var renewed }:
                certificate.Current = renewed;
                _nextReminder = clock.GetUtcNow();
                Log.Renewed(logger, renewed.Names, renewed.SerialNumber, renewed.NotAfter);
                break;
            case CertificateResult.Unusable { Variable: var variable, Requirement: var requirement }:
                Log.Unusable(logger, variable, requirement);
                break;
        }
    }

    private void RemindOfExpiry()
    {
        var now = clock.GetUtcNow();
        if (certificate.Current is not { } current || now < _nextReminder)
        {
            return;
        }

        _nextReminder = now + ReminderInterval;
        if (current.NotAfter <= now)
        {
            Log.Expired(logger, current.Names, current.NotAfter);
        }
        else if (current.NotBefore > now)
        {
            Log.NotYetValid(logger, current.Names, current.NotBefore);
        }
        else if (current.NotAfter - now < WarningTime(current))
        {
            Log.Expiring(logger, current.Names, current.NotAfter);
        }
    }

    /// <summary>Certificates that live for a few days are renewed late, so the warning waits for the last third of the lifetime.</summary>
    private static TimeSpan WarningTime(TlsCertificate certificate)
    {
        var third = (certificate.NotAfter - certificate.NotBefore) / 3;
        return third < MaxWarningTime ? third : MaxWarningTime;
    }

    private static partial class Log
    {
        [LoggerMessage(1700, LogLevel.Information, "TLS uses the certificate for {Names} (serial number {SerialNumber}), valid until {NotAfter:u}")]
        public static partial void Serving(ILogger logger, string names, string serialNumber, DateTimeOffset notAfter);

        [LoggerMessage(
            1701, LogLevel.Information, "New TLS connections get the renewed certificate for {Names} (serial number {SerialNumber}), valid until {NotAfter:u}")]
        public static partial void Renewed(ILogger logger, string names, string serialNumber, DateTimeOffset notAfter);

        [LoggerMessage(
            1702, LogLevel.Warning, "The changed TLS certificate or key can't be used, so the server keeps the previous certificate: {Variable} {Requirement}")]
        public static partial void Unusable(ILogger logger, string variable, string requirement);

        [LoggerMessage(1703, LogLevel.Warning, "The TLS certificate for {Names} expires at {NotAfter:u}; renew it")]
        public static partial void Expiring(ILogger logger, string names, DateTimeOffset notAfter);

        [LoggerMessage(1704, LogLevel.Warning, "The TLS certificate for {Names} expired at {NotAfter:u}, so clients refuse it; renew it")]
        public static partial void Expired(ILogger logger, string names, DateTimeOffset notAfter);

        [LoggerMessage(
            1705,
            LogLevel.Warning,
            "The TLS certificate for {Names} isn't valid before {NotBefore:u}, so clients refuse it; check the certificate and this machine's clock")]
        public static partial void NotYetValid(ILogger logger, string names, DateTimeOffset notBefore);
    }
}
