/** What devices, apps and libraries send, as they send it; what each is given of a preset in three formats, and why. */

type Best = 'avif' | 'webp' | 'jpeg';

export interface Sent {
  userAgent: string;
  /** Of the shipped list, where no Accept says anything. */
  given: Best;
  why: string;
}

const sent = (given: Best, why: string, userAgent: string): Sent => ({ given, why, userAgent });

const KHTML = '(KHTML, like Gecko)';
const IPHONE = (version: string) =>
  `Mozilla/5.0 (iPhone; CPU iPhone OS ${version} like Mac OS X) AppleWebKit/605.1.15 ${KHTML}`;
const ANDROID = (device: string) => `Mozilla/5.0 (Linux; ${device}) AppleWebKit/537.36 ${KHTML}`;
const MAC = `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 ${KHTML}`;

const LIBRARIES: Sent[] = [
  sent('webp', 'okhttp tells no system; no Android without WebP runs it any more', 'okhttp/4.12.0'),
  sent('webp', 'an old okhttp', 'okhttp/3.12.13'),
  sent('webp', 'okhttp of today', 'okhttp/5.0.0-alpha.14'),
  sent('webp', 'Flutter decodes WebP itself', 'Dart/3.2 (dart:io)'),
  sent('avif', 'Android 14', 'Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UD1A.230803.041)'),
  sent('avif', 'Android 15', 'Dalvik/2.1.0 (Linux; U; Android 15; SM-S928B Build/AP3A.240905.015)'),
  sent(
    'webp',
    'Android 13 cannot decode every AVIF',
    'Dalvik/2.1.0 (Linux; U; Android 13; M2102J2SC Build/TKQ1.220829.002)',
  ),
  sent(
    'webp',
    'Android 12 cannot decode every AVIF',
    'Dalvik/2.1.0 (Linux; U; Android 12; V2055A Build/SP1A.210812.003)',
  ),
  sent('webp', 'Android 9', 'Dalvik/2.1.0 (Linux; U; Android 9; PAR-AL00 Build/HUAWEIPAR-AL00)'),
  sent('webp', 'Android 4.4', 'Dalvik/1.6.0 (Linux; U; Android 4.4.2; GT-I9505 Build/KOT49H)'),
  sent(
    'jpeg',
    'before Android 4.3',
    'Dalvik/1.6.0 (Linux; U; Android 4.1.2; GT-I9300 Build/JZO54K)',
  ),
  sent(
    'webp',
    'an app with Cronet, on Android 11',
    'com.ss.android.ugc.aweme/230801 (Linux; U; Android 11; zh_CN; M2007J17C; Build/RKQ1.200826.002; Cronet/TTNetVersion:6c7b701a 2021-06-23)',
  ),
  sent('avif', 'CFNetwork of iOS 18', 'Album/214 CFNetwork/1568.200.51 Darwin/24.1.0'),
  sent('avif', 'CFNetwork of iOS 17', 'Album/214 CFNetwork/1474 Darwin/23.0.0'),
  sent('avif', 'CFNetwork of iOS 16', 'Album/214 CFNetwork/1390 Darwin/22.0.0'),
  sent('webp', 'CFNetwork of iOS 15', 'Album/214 CFNetwork/1335.0.3 Darwin/21.6.0'),
  sent('webp', 'CFNetwork of iOS 14', 'Album/214 CFNetwork/1220.1 Darwin/20.3.0'),
  sent('jpeg', 'CFNetwork of iOS 13', 'Album/214 CFNetwork/1128.0.1 Darwin/19.6.0'),
  sent(
    'avif',
    'Alamofire on iOS 17',
    'Album/3.2 (com.example.album; build:214; iOS 17.2.1) Alamofire/5.8.1',
  ),
  sent('webp', 'AFNetworking on iOS 15', 'Album/3.2 (iPhone; iOS 15.7; Scale/3.00)'),
  sent('jpeg', 'AFNetworking on iOS 12', 'Album/3.2 (iPhone; iOS 12.5.7; Scale/2.00)'),
];

const APPS: Sent[] = [
  sent('avif', 'a WebView of iOS 17, without a Safari', `${IPHONE('17_2')} Mobile/15E148`),
  sent('avif', 'a WebView of iOS 16', `${IPHONE('16_0')} Mobile/15E148`),
  sent('webp', 'a WebView of iOS 15', `${IPHONE('15_6_1')} Mobile/15E148`),
  sent('jpeg', 'a WebView of iOS 13', `${IPHONE('13_7')} Mobile/15E148`),
  sent(
    'avif',
    'WeChat on iOS 17, no mini-program',
    `${IPHONE('17_4_1')} Mobile/15E148 MicroMessenger/8.0.49(0x1800312d) NetType/WIFI Language/zh_CN`,
  ),
  sent(
    'webp',
    'Weibo on iOS 14',
    `${IPHONE('14_4_2')} Mobile/15E148 Weibo (iPhone12,1__weibo__11.4.2__iphone__os14.4.2)`,
  ),
  sent(
    'avif',
    'QQ on iOS 16',
    `${IPHONE('16_6')} Mobile/15E148 QQ/8.9.85.636 V1_IPH_SQ_8.9.85_1_APP_A Pixel/1170 NetType/WIFI`,
  ),
  sent(
    'avif',
    'a WebView of Android, from Chromium 114',
    `${ANDROID('Android 13; SM-S908B; wv')} Version/4.0 Chrome/114.0.5735.196 Mobile Safari/537.36`,
  ),
  sent(
    'webp',
    'a WebView of Android, from Chromium 83',
    `${ANDROID('Android 10; LIO-AN00; wv')} Version/4.0 Chrome/83.0.4103.106 Mobile Safari/537.36`,
  ),
  sent(
    'webp',
    'WeChat on Android: its engine may have no decoder of AV1',
    `${ANDROID('Android 12; V2055A Build/SP1A.210812.003; wv')} Version/4.0 Chrome/107.0.5304.141 Mobile Safari/537.36 XWEB/5023 MMWEBSDK/20221206 MMWEBID/4837 MicroMessenger/8.0.32.2300(0x2800205D) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64`,
  ),
  sent(
    'webp',
    'UC on Android: likewise',
    `${ANDROID('U; Android 11; zh-CN; M2012K11AC')} Version/4.0 Chrome/100.0.4896.58 UCBrowser/15.4.8.1258 Mobile Safari/537.36`,
  ),
  sent(
    'webp',
    'Xiaomi on Android: likewise',
    `${ANDROID('U; Android 13; zh-cn; 22081212C')} Version/4.0 Chrome/100.0.4896.127 Mobile Safari/537.36 XiaoMi/MiuiBrowser/17.6.80320`,
  ),
  sent(
    'jpeg',
    'the browser that came with Android 4.0',
    'Mozilla/5.0 (Linux; U; Android 4.0.4; zh-cn; GT-I9100) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30',
  ),
];

export const MINI_PROGRAM_IOS_17 = `${IPHONE('17_2')} Mobile/15E148 MicroMessenger/8.0.44(0x18002c2f) NetType/WIFI Language/zh_CN miniProgram/wx5ab1d2c3e4f50617`;
export const MINI_PROGRAM_IOS_15 = MINI_PROGRAM_IOS_17.replace('17_2', '15_2');
export const MINI_PROGRAM_ANDROID = `${ANDROID('Android 13; 2211133C Build/TKQ1.220905.001; wv')} Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160083 MMWEBSDK/20231202 MMWEBID/2247 MicroMessenger/8.0.47.2560(0x28002F30) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64 MiniProgramEnv/android`;
export const MINI_PROGRAM_ANDROID_OLD = MINI_PROGRAM_ANDROID.replace('Chrome/116.', 'Chrome/78.');
export const ARKWEB =
  'Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36  ArkWeb/4.1.6.1 Mobile';

const DECLARED: Sent[] = [
  sent('webp', 'a mini-program of WeChat on iOS 17', MINI_PROGRAM_IOS_17),
  sent('webp', 'a mini-program of WeChat on iOS 15', MINI_PROGRAM_IOS_15),
  sent('webp', 'a mini-program of WeChat on Android', MINI_PROGRAM_ANDROID),
  sent('webp', 'one whose engine is older than AVIF', MINI_PROGRAM_ANDROID_OLD),
  sent(
    'webp',
    'a mini-program of Alipay',
    `${IPHONE('16_3')} Mobile/15E148 NebulaSDK/1.8.100112 Nebula PSDType(1) AlipayDefined(nt:WIFI,ws:390|780|3.0) AliApp(AP/10.3.96.8000) AlipayClient/10.3.96.8000 Language/zh-Hans MiniProgram APXWebView`,
  ),
  sent(
    'webp',
    'a mini-program of Baidu',
    `${IPHONE('15_1')} Mobile/15E148 swan/2.40.0 swan-baiduboxapp/13.5.0.11`,
  ),
  sent(
    'webp',
    'a mini-program of Douyin',
    `${ANDROID('Android 10; MI 8; wv')} Version/4.0 Chrome/75.0.3770.156 Mobile Safari/537.36 aweme.app ToutiaoMicroApp/2.12.0 PluginVersion/2001102`,
  ),
  sent('webp', 'HarmonyOS NEXT', ARKWEB),
  sent(
    'webp',
    'HarmonyOS 4, which is Android below',
    `${ANDROID('Android 12; HarmonyOS; ALN-AL00; HMSCore 6.13.0.302')} Chrome/99.0.4844.88 HuaweiBrowser/14.0.2.311 Mobile Safari/537.36`,
  ),
];

const BROWSERS: Sent[] = [
  sent(
    'avif',
    'Chrome',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  ),
  sent(
    'webp',
    'Edge before AVIF, though from a Chromium with it',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36 Edg/118.0.2088.46',
  ),
  sent(
    'avif',
    'Edge with AVIF',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0',
  ),
  sent(
    'avif',
    'Firefox on Android',
    'Mozilla/5.0 (Android 13; Mobile; rv:109.0) Gecko/113.0 Firefox/113.0',
  ),
  sent(
    'webp',
    'Firefox before AVIF',
    'Mozilla/5.0 (X11; Linux x86_64; rv:78.0) Gecko/20100101 Firefox/78.0',
  ),
  sent(
    'avif',
    'Samsung’s browser',
    `${ANDROID('Android 13; SM-G991B')} SamsungBrowser/21.0 Chrome/110.0.5481.154 Mobile Safari/537.36`,
  ),
  sent('avif', 'Safari of iOS 17', `${IPHONE('17_2')} Version/17.2 Mobile/15E148 Safari/604.1`),
  sent('webp', 'Safari of iOS 15', `${IPHONE('15_6')} Version/15.6 Mobile/15E148 Safari/604.1`),
  sent(
    'webp',
    'Chrome on iOS 15, which is WebKit: its own version says nothing',
    `${IPHONE('15_5')} CriOS/119.0.6045.109 Mobile/15E148 Safari/604.1`,
  ),
  sent('avif', 'Firefox on iOS 16', `${IPHONE('16_5')} FxiOS/120.0 Mobile/15E148 Safari/605.1.15`),
  sent(
    'avif',
    'Safari on an iPad of iPadOS 17',
    `Mozilla/5.0 (iPad; CPU OS 17_1 like Mac OS X) AppleWebKit/605.1.15 ${KHTML} Version/17.1 Mobile/15E148 Safari/604.1`,
  ),
  sent('webp', 'Safari 16.1, on a Mac that may be older', `${MAC} Version/16.1 Safari/605.1.15`),
  sent('avif', 'Safari 17 on a Mac', `${MAC} Version/17.1 Safari/605.1.15`),
  sent('jpeg', 'a WebView of a Mac, which tells nothing', MAC),
  sent(
    'jpeg',
    'Internet Explorer',
    'Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko',
  ),
  sent(
    'jpeg',
    'a Windows Phone, which says that it is like an iPhone and an Android',
    'Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM; Trident/7.0; Touch; rv:11.0; IEMobile/11.0; NOKIA; Lumia 520) like iPhone OS 7_0_3 Mac OS X AppleWebKit/537 (KHTML, like Gecko) Mobile Safari/537',
  ),
];

const UNKNOWN: Sent[] = [
  sent('jpeg', 'nobody knows', ''),
  sent('jpeg', 'a program', 'curl/8.0'),
  sent('jpeg', 'a program', 'python-requests/2.31.0'),
  sent(
    'jpeg',
    'Unity, which decodes JPEG and PNG',
    'UnityPlayer/2021.3.5f1 (UnityWebRequest/1.0, libcurl/7.80.0-DEV)',
  ),
];

export const SENT: Sent[] = [...LIBRARIES, ...APPS, ...DECLARED, ...BROWSERS, ...UNKNOWN];
