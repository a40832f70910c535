namespace Cortex.Polar;

/// <summary>How the key of a signature is derived from a secret.</summary>
public enum PolarKeyScheme
{
    /// <summary>The UTF-8 bytes of the whole secret: secrets made before 2026-09-08.</summary>
    Legacy,

    /// <summary>The bytes that follow <c>whsec_</c> in base64: secrets made since.</summary>
    Decoded,
}
