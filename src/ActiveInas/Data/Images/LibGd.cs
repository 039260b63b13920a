using System.Runtime.InteropServices;

namespace ActiveInas.Data.Images;

/// <summary>The functions of libgd 2.x that decode images. Bound at run time, so that the product starts without the library.</summary>
internal sealed class LibGd
{
    private const int ReportWarnings = 0;

    // gdImageStruct of gd.h, 64-bit: part of the library's ABI since 2.0; checked once by CanReadPixels.
    private const int OffsetWidth = 8;
    private const int OffsetHeight = 12;
    private const int OffsetTransparent = 4116;
    private const int OffsetTrueColor = 7248;
    private const int OffsetPixels = 7256;

    private static readonly ErrorHandler s_countComplaints = static (_, _, _) => s_complaints++;

    /// <summary>libgd complains on the thread that called it.</summary>
    [ThreadStatic]
    private static int s_complaints;

    private readonly CreateFromMemory _png;
    private readonly CreateFromMemory _gif;
    private readonly CreateFromMemory _bmp;
    private readonly CreateFromMemory? _tiff;
    private readonly CreateFromMemory? _webp;
    private readonly CreateJpegFromMemory _jpeg;
    private readonly OnImage _toTrueColor;
    private readonly DestroyImage _destroy;

    private LibGd(IntPtr library)
    {
        _png = Bind<CreateFromMemory>(library, "gdImageCreateFromPngPtr");
        _gif = Bind<CreateFromMemory>(library, "gdImageCreateFromGifPtr");
        _bmp = Bind<CreateFromMemory>(library, "gdImageCreateFromBmpPtr");
        _tiff = TryBind<CreateFromMemory>(library, "gdImageCreateFromTiffPtr");
        _webp = TryBind<CreateFromMemory>(library, "gdImageCreateFromWebpPtr");
        _jpeg = Bind<CreateJpegFromMemory>(library, "gdImageCreateFromJpegPtrEx");
        _toTrueColor = Bind<OnImage>(library, "gdImagePaletteToTrueColor");
        _destroy = Bind<DestroyImage>(library, "gdImageDestroy");
        Bind<SetErrorHandler>(library, "gdSetErrorMethod")(s_countComplaints);
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate IntPtr CreateFromMemory(int size, byte[] data);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate IntPtr CreateJpegFromMemory(int size, byte[] data, int ignoreWarnings);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate IntPtr CreateEmpty(int width, int height);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void SetPixel(IntPtr image, int x, int y, int color);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int OnImage(IntPtr image);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void DestroyImage(IntPtr image);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void ErrorHandler(int priority, IntPtr format, IntPtr arguments);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void SetErrorHandler(ErrorHandler handler);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate IntPtr SetTiffHandler(IntPtr handler);

    /// <summary>What the library is called here.</summary>
    public static string FileName =>
        OperatingSystem.IsWindows() ? "libgd.dll" : OperatingSystem.IsMacOS() ? "libgd.3.dylib" : "libgd.so.3";

    /// <summary>The library, or null when it is missing or not one that can be used.</summary>
    public static LibGd? TryLoad()
    {
        if (!Environment.Is64BitProcess || !NativeLibrary.TryLoad(FileName, out IntPtr library))
        {
            return null;
        }

        try
        {
            SilenceTiff();
            return CanReadPixels(library) ? new LibGd(library) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Decodes a file; 0 when libgd rejects it. The caller destroys the image.</summary>
    /// <param name="kind">Format.</param>
    /// <param name="file">Contents.</param>
    /// <param name="damaged">Whether libjpeg met damaged data, which it fills with grey and goes on.</param>
    public IntPtr Decode(ImageKind kind, byte[] file, out bool damaged)
    {
        s_complaints = 0;
        IntPtr image = Decode(kind, file);
        damaged = kind == ImageKind.Jpeg && s_complaints > 0;
        return image;
    }

    private IntPtr Decode(ImageKind kind, byte[] file) => kind switch
    {
        ImageKind.Jpeg => _jpeg(file.Length, file, ReportWarnings),
        ImageKind.Png => _png(file.Length, file),
        ImageKind.Gif => _gif(file.Length, file),
        ImageKind.Bmp => _bmp(file.Length, file),
        ImageKind.Tiff when _tiff is not null => _tiff(file.Length, file),
        ImageKind.WebP when _webp is not null => _webp(file.Length, file),
        _ => throw new BadImageException($"this build of libgd does not read {kind}"),
    };

    /// <summary>Makes a palette image a true-colour one.</summary>
    public bool ToTrueColor(IntPtr image) => _toTrueColor(image) != 0;

    /// <summary>Frees an image.</summary>
    public void Destroy(IntPtr image) => _destroy(image);

    /// <summary>W and H.</summary>
    public static (int Width, int Height) Size(IntPtr image) =>
        (Marshal.ReadInt32(image, OffsetWidth), Marshal.ReadInt32(image, OffsetHeight));

    /// <summary>Whether pixels are stored as true colour.</summary>
    public static bool IsTrueColor(IntPtr image) => Marshal.ReadInt32(image, OffsetTrueColor) != 0;

    /// <summary>The colour or palette index that means transparent, or -1.</summary>
    public static int Transparent(IntPtr image) => Marshal.ReadInt32(image, OffsetTransparent);

    /// <summary>One row of a true-colour image as 0xAARRGGBB, alpha 0 (opaque) to 127.</summary>
    public static void ReadRow(IntPtr image, int y, int[] row, int width)
    {
        IntPtr rows = Marshal.ReadIntPtr(image, OffsetPixels);
        Marshal.Copy(Marshal.ReadIntPtr(rows, y * IntPtr.Size), row, 0, width);
    }

    private static T Bind<T>(IntPtr library, string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));

    private static T? TryBind<T>(IntPtr library, string name)
        where T : Delegate =>
        NativeLibrary.TryGetExport(library, name, out IntPtr address) ? Marshal.GetDelegateForFunctionPointer<T>(address) : null;

    /// <summary>Checks the struct's layout on an image whose contents are known, outer fields first.</summary>
    private static bool CanReadPixels(IntPtr library)
    {
        const int Color = 0x123456;
        IntPtr image = Bind<CreateEmpty>(library, "gdImageCreateTrueColor")(3, 2);
        try
        {
            if (Size(image) != (3, 2) || !IsTrueColor(image) || Transparent(image) != -1)
            {
                return false;
            }

            Bind<SetPixel>(library, "gdImageSetPixel")(image, 2, 1, Color);
            int[] row = new int[3];
            ReadRow(image, 1, row, 3);
            return row[2] == Color;
        }
        finally
        {
            Bind<DestroyImage>(library, "gdImageDestroy")(image);
        }
    }

    /// <summary>libtiff prints to stderr by itself: what is wrong with a file is listed as a problem instead.</summary>
    private static void SilenceTiff()
    {
        foreach (string name in (string[])["libtiff.so.6", "libtiff.so.5", "libtiff.6.dylib"])
        {
            if (NativeLibrary.TryLoad(name, out IntPtr tiff))
            {
                TryBind<SetTiffHandler>(tiff, "TIFFSetErrorHandler")?.Invoke(IntPtr.Zero);
                TryBind<SetTiffHandler>(tiff, "TIFFSetWarningHandler")?.Invoke(IntPtr.Zero);
                return;
            }
        }
    }
}
