using System.Net;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Telemetry;

/// <summary>Where metrics and traces go: Prometheus reads metrics from the management listener, and a collector receives what is sent by OTLP.</summary>
/// <param name="ManagementUrls"><c>MANAGEMENT_URLS</c>: the addresses of the management listener; empty if it is off.</param>
/// <param name="IsManagementConfigured">Whether <c>MANAGEMENT_URLS</c> is set. The default address may be taken by another server on the same machine.</param>
/// <param name="SendsMetrics">Whether metrics are sent to an OTLP endpoint.</param>
/// <param name="SendsTraces">Whether traces are sent to an OTLP endpoint.</param>
/// <param name="IsDisabled"><c>OTEL_SDK_DISABLED</c>: whether there are no metrics and no traces at all.</param>
internal sealed record TelemetryOptions(
    IReadOnlyList<string> ManagementUrls, bool IsManagementConfigured, bool SendsMetrics, bool SendsTraces, bool IsDisabled)
{
    public const string DefaultManagementUrl = "http://127.0.0.1:9464";

    private const string ManagementVariable = "MANAGEMENT_URLS";
    private const string Off = "off";

    /// <summary>Whether anything reads metrics. Otherwise, none are collected.</summary>
    public bool HasMetrics => !IsDisabled && (SendsMetrics || ManagementUrls.Count > 0);

    public static TelemetryOptions Read(SettingsReader settings)
    {
        var urls = settings.ReadText(ManagementVariable);
        var isDisabled = settings.ReadFlag("OTEL_SDK_DISABLED", defaultValue: false);
        var all = ReadEndpoint(settings, "OTEL_EXPORTER_OTLP_ENDPOINT");
        var metrics = ReadEndpoint(settings, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
        var traces = ReadEndpoint(settings, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        var (exportsMetrics, exportsTraces) = (IsExported(settings, "OTEL_METRICS_EXPORTER"), IsExported(settings, "OTEL_TRACES_EXPORTER"));
        settings.ReadFlag("OTEL_EXPORTER_OTLP_PROTOCOL", defaultValue: true, yes: "grpc", no: "http/protobuf");
        return new(
            urls is null ? [DefaultManagementUrl] : urls.Equals(Off, StringComparison.OrdinalIgnoreCase) ? [] : ReadUrls(settings, urls),
            IsManagementConfigured: urls is not null,
            SendsMetrics: !isDisabled && exportsMetrics && (all || metrics),
            SendsTraces: !isDisabled && exportsTraces && (all || traces),
            isDisabled);
    }

    private static bool ReadEndpoint(SettingsReader settings, string name) =>
        settings.ReadUrl(name, "an http(s) URL such as http://otel.example.com:4317", "http", "https") is not null;

    private static bool IsExported(SettingsReader settings, string name) => settings.ReadFlag(name, defaultValue: true, yes: "otlp", no: "none");

    private static string[] ReadUrls(SettingsReader settings, string text)
    {
        var urls = text.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (urls.Length == 0 || !urls.All(IsAddress))
        {
            settings.AddError(
                ManagementVariable,
                $"must be off, or addresses such as {DefaultManagementUrl} or http://*:9464, separated by semicolons; hosts are IP addresses, localhost, or *");
            return [];
        }

        return urls;
    }

    /// <summary>Kestrel would listen on all addresses of the machine if the host were another name.</summary>
    private static bool IsHost(string host) =>
        host is "localhost" or "*" or "+" || IPAddress.TryParse(host.Trim('[', ']'), out _);

    /// <summary>Metrics contain no secrets, and Prometheus runs beside the server or in the same private network, so the listener doesn't offer TLS.</summary>
    private static bool IsAddress(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address is { Scheme: "http", PathBase: "" }
                && (address.IsUnixPipe || (IsHost(address.Host) && address.Port is >= 0 and <= 65535));
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
