// Empty on purpose: it shadows the theme's script of 1.5 MB, which holds every icon there is.
// The few icons of these pages are drawn in icons.css.
